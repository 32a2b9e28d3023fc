"""The names of ImageNet's splits, and those under which people keep them."""

SPLITS = ("train", "val", "imagenet21k_small_classes")
MEANT = {
    **{split.casefold(): split for split in SPLITS},
    **dict.fromkeys(("training", "trainset", "train_set", "imagenet21k_train"), "train"),
    **dict.fromkeys(("validation", "valid", "dev", "valset", "val_set", "imagenet21k_val"), "val"),
}
TEST = ("test", "testing", "testset", "test_set")
