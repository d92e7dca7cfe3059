"""The store's tables as peewee models. The schema itself is :mod:`byline.store.schema`; a test holds
that both have the same tables and columns.

Models are bound to no database: a query is given the store's with ``.execute(database)`` or
``.bind(database)``, so that several stores can be open in one process.
"""

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    CharField,
    FloatField,
    IntegerField,
    Model,
    TextField,
)


class _Table(Model):
    class Meta:
        legacy_table_names = False


class _Stamped(_Table):
    created_at = BigIntegerField()
    updated_at = BigIntegerField()


class _Numbered(_Stamped):
    id = AutoField()


class Repository(_Numbered):
    identity = TextField(unique=True)
    remote_url = TextField(null=True)
    root_commit = CharField(null=True)
    checkouts = TextField(default="[]")

    class Meta:
        table_name = "repositories"


class Session(_Stamped):
    id = CharField(primary_key=True)
    agent = CharField()
    native_id = CharField()
    title = TextField(null=True)
    title_source = CharField(null=True)
    starred = IntegerField(default=0)
    labels = TextField(default="[]")
    hidden = IntegerField(default=0)
    source = TextField(null=True)
    source_missing_since = BigIntegerField(null=True)
    repository_id = IntegerField(null=True)
    repository_url = TextField(null=True)
    cwd = TextField(null=True)
    branch = TextField(null=True)
    parent_id = CharField(null=True)
    agent_version = CharField(null=True)
    started_ms = BigIntegerField(null=True)
    updated_ms = BigIntegerField(null=True)
    messages = IntegerField(default=0)
    parts = IntegerField(default=0)
    prompts = IntegerField(default=0)
    edits = IntegerField(default=0)
    added = IntegerField(default=0)
    removed = IntegerField(default=0)
    models = TextField(default="[]")

    class Meta:
        table_name = "sessions"


class Message(_Numbered):
    session_id = CharField()
    message_id = CharField()
    role = CharField()
    generated_at_unix_ms = BigIntegerField()
    model_id = CharField(null=True)
    parent_id = CharField(null=True)
    agent = CharField(null=True)
    tokens = TextField(null=True)
    cost = FloatField(null=True)
    summary_diffs = TextField(null=True)
    kind = CharField(null=True)

    class Meta:
        table_name = "messages"


class Part(_Numbered):
    session_id = CharField()
    message_id = CharField()
    part_id = CharField()
    type = CharField()
    text = TextField()
    generated_at_unix_ms = BigIntegerField()
    tool = CharField(null=True)
    tool_call_id = CharField(null=True)
    input = TextField(null=True)
    status = CharField(null=True)
    patch = TextField(null=True)

    class Meta:
        table_name = "parts"


class Content(_Table):
    hash = CharField(primary_key=True)
    data = BlobField()

    class Meta:
        table_name = "contents"


class DiffTrace(_Numbered):
    key = TextField(unique=True)
    session_id = CharField()
    message_id = CharField(null=True)
    tool_call_id = CharField(null=True)
    model_id = CharField(null=True)
    tool = CharField(null=True)
    tool_name = CharField()
    tool_version = CharField(null=True)
    time_ms = BigIntegerField()
    seq = IntegerField(default=0)
    path = TextField()
    basename = TextField()
    cwd = TextField(null=True)
    repository_url = TextField(null=True)
    patch = TextField()
    added = IntegerField()
    removed = IntegerField()
    precision = CharField()
    base_hash = CharField(null=True)
    result_hash = CharField(null=True)
    payload = BlobField(null=True)

    class Meta:
        table_name = "diff_traces"


class Commit(_Numbered):
    repository_id = IntegerField()
    oid = CharField()
    parents = TextField()
    author_time = BigIntegerField()
    commit_time = BigIntegerField()
    author = TextField()
    subject = TextField()
    rewritten_to = CharField(null=True)

    class Meta:
        table_name = "commits"
        indexes = ((("repository_id", "oid"), True),)


class PostCommitPatchIntersection(_Numbered):
    repository_id = IntegerField()
    commit_id = CharField()
    intersection_patch = TextField()
    window = TextField(null=True)
    counts = TextField()
    engine = IntegerField()

    class Meta:
        table_name = "post_commit_patch_intersections"
        indexes = ((("repository_id", "commit_id"), True),)


class AgentTrace(_Numbered):
    repository_id = IntegerField()
    commit_id = CharField()
    agent_trace_id = CharField()
    trace_json = TextField()
    url = TextField(null=True)
    remote_url = TextField(null=True)

    class Meta:
        table_name = "agent_traces"
        indexes = ((("repository_id", "commit_id"), True),)


class ImportSource(_Numbered):
    path = TextField(unique=True)
    agent = CharField()
    size = BigIntegerField()
    mtime_ns = BigIntegerField()
    inode = BigIntegerField()
    first_line_hash = CharField()
    offset = BigIntegerField()
    watermark = TextField(null=True)
    resume = TextField(null=True)

    class Meta:
        table_name = "import_sources"


class ForgottenSession(_Table):
    session_id = CharField(primary_key=True)
    source = TextField(null=True)
    time_ms = BigIntegerField()

    class Meta:
        table_name = "forgotten_sessions"


class RejectedPayload(_Numbered):
    kind = CharField()
    payload = BlobField()
    reason = TextField()
    time_ms = BigIntegerField()

    class Meta:
        table_name = "rejected_payloads"


TABLES: tuple[type[Model], ...] = (
    Repository,
    Session,
    Message,
    Part,
    Content,
    DiffTrace,
    Commit,
    PostCommitPatchIntersection,
    AgentTrace,
    ImportSource,
    ForgottenSession,
    RejectedPayload,
)
