// Package screentest drives a terminal application in tests, as a person does:
// it presses keys, by name, and reads the screen ([Driver]). It counts the bytes
// that go to a terminal ([Wire]), and shows the picture that they make there
// ([TTY]).
//
// It never sleeps: a key press returns when the application has handled it and
// drawn, and what is wanted is looked for in each new frame until it is there,
// or the test fails with the screen and all goroutines. Only tests import it.
package screentest
