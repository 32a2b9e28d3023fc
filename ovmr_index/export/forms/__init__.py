"""Files in the forms that other programs read: COCO, YOLO, ODVG and others; one form, one file."""
