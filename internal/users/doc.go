// Package users is the directory: the people who may sign in, the service users
// that programs act as, their sessions, and the history of every change to any
// of them.
//
// All access goes through a [Service]. Its methods take the [Actor] on whose
// behalf they run, decide whether the actor may do what is asked, and record
// what was done: a change and its events commit together or not at all.
//
// The package knows nothing of HTTP, HTML or the OpenID protocol.
package users
