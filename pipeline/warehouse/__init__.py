"""DuckDB's door: typed rows in; tables, metrics and checks out.

Reading order: `statements` (the SQL files), `conversions` (text to types), `intake` (rows kept,
refused, skipped), `reconciling` (what all files together tell), `books` (built once, read by
many), `day` (the books seen from one day).
"""
