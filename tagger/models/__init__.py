"""Models that come with uk-tag.

CHECKSUMS are the CRC-32 of these very files: one that has a listed checksum is whole, which costs a third of the time that its digest does, and not
the 3 MiB of OpenSSL. `python -c "import sys, zlib; print(hex(zlib.crc32(open(sys.argv[1], 'rb').read())))" FILE` tells that of another.
"""

CHECKSUMS = {
    "uk-ner-small.int8.onnx": 0x9DB39C30,
    "uk-ner-small.onnx": 0xB496DB21,
    "uk-ner.int8.onnx": 0xA30FFCF8,
    "uk-ner.onnx": 0x850F7C41,
}
