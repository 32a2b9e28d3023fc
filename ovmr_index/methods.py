"""What a command of the shell is as a method of an index."""

# Arguments go into the first parentheses.
METHODS = {
    "collate": "collate()",
    "coverage": "coverage()",
    "coverage --why": "pools.left_out()",
    "curate export": "curation.export()",
    "curate list": "curation.list()",
    "db check": "db.check()",
    "db upgrade": "db.upgrade()",
    "ingest": "ingest()",
    "ingest --remove": "sources.rm()",
    "ingest lvis": "ingest()",
    "ingest imagenet": "ingest([index.sources.imagenet()])",
    "ingest visual-genome": "ingest([index.sources.visual_genome()])",
    "partition add": "partitions.add()",
    "partition list": "partitions.list()",
    "partition rm": "partitions.rm()",
    "sample diff": "samples.diff()",
    "sample list": "samples.list()",
    "sample rm": "samples.rm()",
    "sample show": "samples.show()",
    "status": "status()",
    "verify": "verify()",
    "vocabulary list": "vocabularies.list()",
    "vocabulary rm": "vocabularies.rm()",
}
