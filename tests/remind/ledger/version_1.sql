-- What version 1 of the ledger left behind: a mail in every state.
BEGIN TRANSACTION;
CREATE TABLE message (
	id INTEGER NOT NULL, 
	message_id TEXT NOT NULL, 
	spreadsheet TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	day DATE NOT NULL, 
	subject TEXT NOT NULL, 
	reminders INTEGER NOT NULL, 
	body BLOB, 
	state TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_try VARCHAR(32), 
	created VARCHAR(32) NOT NULL, 
	changed VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (message_id)
);
INSERT INTO "message" VALUES(1,'<planned@example.com>','S','mail','planned@example.com','planned@example.com','Planned','2026-01-05','About planned',1,X'4D6573736167652D49443A203C706C616E6E6564406578616D706C652E636F6D3E0D0A0D0A706C616E6E65640D0A','planned','',0,NULL,'2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
INSERT INTO "message" VALUES(2,'<sent@example.com>','S','mail','sent@example.com','sent@example.com','Sent','2026-01-05','About sent',1,NULL,'sent','',1,NULL,'2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
INSERT INTO "message" VALUES(3,'<retry@example.com>','S','mail','retry@example.com','retry@example.com','Retry','2026-01-05','About retry',1,X'4D6573736167652D49443A203C7265747279406578616D706C652E636F6D3E0D0A0D0A72657472790D0A','retry','why retry',1,'2026-01-05T09:05:00.000000+00:00','2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
INSERT INTO "message" VALUES(4,'<failed@example.com>','S','mail','failed@example.com','failed@example.com','Failed','2026-01-05','About failed',1,NULL,'failed','why failed',1,NULL,'2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
INSERT INTO "message" VALUES(5,'<unknown@example.com>','S','mail','unknown@example.com','unknown@example.com','Unknown','2026-01-05','About unknown',1,X'4D6573736167652D49443A203C756E6B6E6F776E406578616D706C652E636F6D3E0D0A0D0A756E6B6E6F776E0D0A','unknown','why unknown',1,NULL,'2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
INSERT INTO "message" VALUES(6,'<sending@example.com>','S','mail','sending@example.com','sending@example.com','Sending','2026-01-05','About sending',1,X'4D6573736167652D49443A203C73656E64696E67406578616D706C652E636F6D3E0D0A0D0A73656E64696E670D0A','sending','',1,NULL,'2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
INSERT INTO "message" VALUES(7,'<suppressed@example.com>','S','mail','suppressed@example.com','suppressed@example.com','Suppressed','2026-01-05','About suppressed',1,NULL,'suppressed','nothing in it was due any more',0,NULL,'2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00');
CREATE TABLE occurrence (
	id INTEGER NOT NULL, 
	spreadsheet TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	row_id TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	due DATE NOT NULL, 
	step INTEGER NOT NULL, 
	recipient TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	message INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT told_once UNIQUE (spreadsheet, sheet, row_id, rule, due, step, recipient, channel), 
	FOREIGN KEY(message) REFERENCES message (id)
);
INSERT INTO "occurrence" VALUES(1,'S','customers','C-planned','follow_up','2026-01-05',0,'planned@example.com','mail',1);
INSERT INTO "occurrence" VALUES(2,'S','customers','C-sent','follow_up','2026-01-05',0,'sent@example.com','mail',2);
INSERT INTO "occurrence" VALUES(3,'S','customers','C-retry','follow_up','2026-01-05',0,'retry@example.com','mail',3);
INSERT INTO "occurrence" VALUES(4,'S','customers','C-failed','follow_up','2026-01-05',0,'failed@example.com','mail',4);
INSERT INTO "occurrence" VALUES(5,'S','customers','C-unknown','follow_up','2026-01-05',0,'unknown@example.com','mail',5);
INSERT INTO "occurrence" VALUES(6,'S','customers','C-sending','follow_up','2026-01-05',0,'sending@example.com','mail',6);
CREATE TABLE run (
	id INTEGER NOT NULL, 
	spreadsheet TEXT NOT NULL, 
	today DATE NOT NULL, 
	started VARCHAR(32) NOT NULL, 
	finished VARCHAR(32), 
	counts TEXT NOT NULL, 
	stopped TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "run" VALUES(1,'S','2026-01-05','2026-01-05T09:00:00.000000+00:00','2026-01-05T09:00:00.000000+00:00','{"sent": 1}','');
CREATE TABLE sheetcrm_schema (
	version INTEGER NOT NULL
);
INSERT INTO "sheetcrm_schema" VALUES(1);
CREATE INDEX ix_run_spreadsheet ON run (spreadsheet);
CREATE INDEX message_by_state ON message (spreadsheet, state);
CREATE INDEX ix_occurrence_message ON occurrence (message);
CREATE INDEX occurrence_by_recipient ON occurrence (spreadsheet, recipient, due);
COMMIT;
