// Package views shows the pages of the console. A page is a function of one
// struct, its model, which holds all that is shown, already worded: the package
// reads nothing, decides nothing and knows neither the domain nor HTTP.
//
// Pages stand on a few building blocks: the shell ([Chrome], page, bare), fields
// ([Field], [Choice], [Check]) and the small things that recur ([Badge],
// [Avatar], [Event], [Pager]). [ComponentsPage] shows each of them in every
// state; what is new is added there first. Their looks are in
// static/src/console.css, which knows the same names.
//
// All text goes through templ, which escapes it; nothing here is trusted, not
// even what comes from the database. Every page works without scripts.
package views
