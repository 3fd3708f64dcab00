"""Every record, declared: a room for each part of the business."""
