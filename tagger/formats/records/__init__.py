"""Formats that hold texts in records with other fields: tables (CSV, TSV) and JSON Lines."""
