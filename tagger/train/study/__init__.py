"""The comparison of RNN, GRU and LSTM on NER-UK, repeated with the original's recipes and metric and a strict metric."""
