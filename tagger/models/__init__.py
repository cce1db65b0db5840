"""Models that come with uk-tag.

CHECKSUMS has the CRC-32 of each, by the digest that it carries: with it a file is found whole in a third of the time that working out the digest
takes, and without OpenSSL's 3.5 MiB. A model that is not listed is found whole by its digest. A test tells where this is out of date.
"""

CHECKSUMS = {
    "626f33bcc92ffc3f929fcf252e3fa524042bde65c0ec31569882ea672952fc94": 0x9DB39C30,  # uk-ner-small.int8.onnx
    "6029e6a8b35bed8f972029541c64e0477bf30d1275e7d731280ab4f444f55efb": 0xB496DB21,  # uk-ner-small.onnx
    "86b49fe7cc228d28ef77a4bfb8c711b3f96d174542b5af0079a7faec5284ec41": 0xA30FFCF8,  # uk-ner.int8.onnx
    "7164d38e04bebceb4ac32b8195834f9d1ddff9d9d6ed8117d6deb861e0d473e3": 0x850F7C41,  # uk-ner.onnx
}
