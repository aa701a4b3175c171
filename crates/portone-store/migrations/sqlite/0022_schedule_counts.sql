-- How many schedules a store has in each hour since 1970, by the time to pay, state and environment: kept with each change,
-- so that a list's count adds up hours.
CREATE TABLE schedule_counts (
    store_no INTEGER NOT NULL,
    is_test  INTEGER NOT NULL,
    status   TEXT NOT NULL,
    hour     INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (store_no, is_test, status, hour)
) STRICT, WITHOUT ROWID;

INSERT INTO schedule_counts (store_no, is_test, status, hour, count)
SELECT store_no, is_test, status, time_to_pay / 3600000, count(*) FROM payment_schedules
GROUP BY store_no, is_test, status, time_to_pay / 3600000;

CREATE TRIGGER schedule_is_made AFTER INSERT ON payment_schedules BEGIN
    INSERT INTO schedule_counts (store_no, is_test, status, hour, count)
    VALUES (NEW.store_no, NEW.is_test, NEW.status, NEW.time_to_pay / 3600000, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER schedule_moves_on AFTER UPDATE OF status ON payment_schedules WHEN NEW.status <> OLD.status BEGIN
    UPDATE schedule_counts SET count = count - 1 WHERE store_no = OLD.store_no AND is_test = OLD.is_test
        AND status = OLD.status AND hour = OLD.time_to_pay / 3600000;
    INSERT INTO schedule_counts (store_no, is_test, status, hour, count)
    VALUES (NEW.store_no, NEW.is_test, NEW.status, NEW.time_to_pay / 3600000, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Those of a state are found in their order, and those of several states are merged.
DROP INDEX payment_schedules_by_time;
CREATE INDEX payment_schedules_by_time ON payment_schedules (store_no, time_to_pay, no);
CREATE INDEX payment_schedules_by_status ON payment_schedules (store_no, is_test, status, time_to_pay, no);

-- A customer has few keys.
CREATE INDEX billing_keys_by_customer ON billing_keys (store_no, customer_id)
    WHERE customer_id IS NOT NULL AND status IN ('ISSUED', 'DELETED');
