-- Whether an entry is done is asked at each change that settles.
CREATE INDEX change_unsettled ON change (entry) WHERE state <> 'done';
