"""Models that come with uk-tag.

CHECKSUMS has the CRC-32 of each file by the digest that the file contains. Checking it takes a third of the time of
the digest, and does not load OpenSSL (3.5 MiB). A file that is not listed is checked by its digest. A test compares the
table with the files.
"""

CHECKSUMS = {
    "216af3b04f4d1dd4b5a265f143af7132c86824b7f467fe0bb0781f75dc3462f6": 0xF221CE25,  # uk-ner-small.int8.onnx
    "e99629bdfc5dcca8482acc4d2f2339502e0c1c7a3ea932fbda1ef7d52b3ca6ca": 0xE9C57532,  # uk-ner-small.onnx
    "3a299b0f3f5fc7e79b596f012209d055b6fa766205ed55f67f77c20e05d3de2d": 0x383FB9E7,  # uk-ner.int8.onnx
    "97ab7290e6c9d3cd1e03325c4f210921b87ac50c92e9ea79316636fc6fbaca7f": 0x56299365,  # uk-ner.onnx
}
