-- Articles that answer inquiries. A version never changes once it is written; `published` names the one that customers may get.
CREATE TABLE "article" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "categories" TEXT[],
    "models" TEXT[],
    "faults" TEXT[],
    "lang" TEXT NOT NULL DEFAULT 'zh',
    "current" INTEGER NOT NULL DEFAULT 1,
    "published" INTEGER,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "search" tsvector NOT NULL DEFAULT ''::tsvector,

    CONSTRAINT "article_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "article_version" (
    "id" UUID NOT NULL,
    "articleId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "front" JSONB NOT NULL,
    "body" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "article_version_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "article_slug_key" ON "article"("slug");

CREATE INDEX "article_status_updatedAt_idx" ON "article"("status", "updatedAt" DESC);

CREATE UNIQUE INDEX "article_version_articleId_number_key" ON "article_version"("articleId", "number");

ALTER TABLE "article_version" ADD CONSTRAINT "article_version_articleId_fkey" FOREIGN KEY ("articleId") REFERENCES "article"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "article_search" ON "article" USING GIN ("search");

-- Articles keep their history like the configuration: what answered at a moment can be found again.
CREATE TRIGGER "article_history" AFTER INSERT OR UPDATE OR DELETE ON "article"
  FOR EACH ROW EXECUTE FUNCTION "config_history_write"();
CREATE TRIGGER "article_version_history" AFTER INSERT OR UPDATE OR DELETE ON "article_version"
  FOR EACH ROW EXECUTE FUNCTION "config_history_write"();
