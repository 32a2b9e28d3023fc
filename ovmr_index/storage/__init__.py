"""Bytes and names on disks."""
