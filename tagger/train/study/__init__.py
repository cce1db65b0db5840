"""The comparison of RNN, GRU and LSTM on NER-UK, repeated with the original's metric and a strict one."""
