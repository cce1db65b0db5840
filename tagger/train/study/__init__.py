"""The comparison of RNN, GRU and LSTM on NER-UK, done again: the original's recipes by the ordinary trainer, its metric beside a strict one."""
