package door

var protections = []string{"None", "Allow", "Require"}
