package users

// insertEventAtOnce writes the three rows of an event by one statement, as each statement to
// PostgreSQL waits for a server. Its values are those of [eventRows], the fixed row's first.
// References are checked when all rows are there.
var insertEventAtOnce = numbered(`WITH event AS (INSERT` + intoEvents + eventValues + `), changes AS (INSERT` + intoChanges + changeValues + `)
	INSERT` + intoActors + actorValues)
