"""Brings a file home: resume, verify, mirrors, proxies; import."""
