"""The commands `ls` and `presign`."""
