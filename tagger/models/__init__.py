"""Models that come with uk-tag.

CHECKSUMS has the CRC-32 of each file by the digest that the file contains. Checking it takes a third of the time of
the digest, and does not load OpenSSL (3.5 MiB). A file that is not listed is checked by its digest. A test compares the
table with the files.
"""

CHECKSUMS = {
    "5edc51071b0820c2757dedd6f58eff56f385dc61f67a9af7886e10e0da5d9cc1": 0x574E325A,  # uk-ner-13.int8.onnx
    "185296f0de4c8f0c1a7c2cc00f3e6045c647b606ae3f666c719f6f67c71c4219": 0x26DDBD35,  # uk-ner-13.onnx
    "cb9177064c8f43afdbefc5633e6bab90d8225119dcabc6a81d9c735343aa2ddf": 0x23F8C76A,  # uk-ner-small.int8.onnx
    "0b8dd9bb9e50a6bf4404a6c997de1a0285e3fd3265cec5a61d42ad72b87b810b": 0xC7C379DE,  # uk-ner-small.onnx
    "53f552993d35ce01bbcf113b3ba061ca4787c4918b93a5dcf858c6b5593a0be0": 0x87CDFAC2,  # uk-ner.int8.onnx
    "59dc5353f0b61f3b3c6d5ea61aaf9f87fee39f8c0b0f1d820058dd479090b013": 0x8E0DBD4A,  # uk-ner.onnx
}
