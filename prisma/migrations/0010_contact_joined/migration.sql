ALTER TABLE "contact" ADD COLUMN     "joinedTo" UUID;
