-- A claim asks each kind by itself; a long backlog of one kind is not read for another.
CREATE INDEX "job_due_by_kind" ON "job" ("kind", "dueAt") WHERE "state" = 'ready';
DROP INDEX "job_due";
