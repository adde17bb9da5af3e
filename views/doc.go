// Package views renders the pages of the console. A page is a pure function of one struct, its
// model, which holds all texts: the package reads nothing, decides nothing and knows neither
// the domain nor HTTP.
//
// Pages consist of a few components: the shell ([Chrome], page, bare), fields ([Field],
// [Choice], [Check]) and smaller ones ([Badge], [Avatar], [Event], [Pager]).
// [ComponentsPage] shows each of them in every state; a new one is added there first. Their
// styles are in static/src/console.css.
//
// templ escapes all text, as no value is trusted, not even one from the database. Every page
// works without scripts.
package views
