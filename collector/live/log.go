package live

// Keys of the log. Values under them are names and numbers, never a secret, and
// never a value of the directory.
const (
	logServer  = "server"
	logError   = "error"
	logAddress = "address"
	logBind    = "bind"
	logAccount = "account"
	logPurpose = "purpose"
	logBase    = "base"
	logFilter  = "filter"
	logEntries = "entries"
	logTook    = "took"
)
