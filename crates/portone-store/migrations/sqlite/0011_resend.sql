-- Whether a delivery that is being sent is to be sent once more when that is over.
ALTER TABLE webhook_queue ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
