"""Names that are made and not listed: dates, times, amounts, documents with numbers, military units."""
