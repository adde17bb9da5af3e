package web

import (
	"strings"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// palette shows what was found in groups: users for the act that was typed, users, acts on the
// first of them, views and pages.
func (t presenter) palette(f finding) views.Palette {
	on := f.on[:min(len(f.on), maxActHits)]
	var quick []userAct
	if len(f.users) > 0 && f.text != "" && len(on) == 0 && !f.close {
		quick = t.quickActs(f.users[0])
	}
	left := maxHits - len(on)
	reserved := min(len(f.hits), minPlaceHits)
	quick = quick[:min(len(quick), maxQuickHits)]
	found := f.users[:min(len(f.users), left-reserved-len(quick))]
	places := f.hits[:min(len(f.hits), left-len(found)-len(quick))]

	m := views.Palette{Text: f.text}
	if len(on) > 0 {
		m.Groups = append(m.Groups, views.HitGroup{Label: f.act.label(), Hits: t.actHits(f, *f.act, on)})
	}
	if len(found) > 0 {
		m.Groups = append(m.Groups, views.HitGroup{Label: words.UsersFound(f.text == "" && seesDirectory(t.actor), f.close), Hits: t.userHits(found, f.text)})
	}
	if len(quick) > 0 {
		group := views.HitGroup{Label: words.DoWith(words.Plain(f.users[0].Label()))}
		for _, act := range quick {
			group.Hits = append(group.Hits, t.actHits(f, act, f.users[:1])...)
		}
		m.Groups = append(m.Groups, group)
	}
	if len(places) > 0 {
		group := views.HitGroup{Label: words.ViewsAndPages}
		for _, h := range places {
			group.Hits = append(group.Hits, views.Hit{URL: h.url, Icon: h.icon, Label: marked(h.label, f.text), Note: marked(h.note, "")})
		}
		m.Groups = append(m.Groups, group)
	}
	n := len(on) + len(found) + len(quick) + len(places)
	m.Count = numbers.Counted(n, "result", "results")
	if n == 0 || f.close {
		m.None = words.NothingNamed(f.text)
	}
	return m
}

// quickActs are the acts that are offered on a user who was found.
func (t presenter) quickActs(u users.User) (all []userAct) {
	for _, act := range userActs {
		if act.quick && act.offered(t.actor, u) {
			all = append(all, act)
		}
	}
	return all
}

// actHits are the hits that lead to the page of an act on each of some users.
func (t presenter) actHits(f finding, act userAct, on []users.User) []views.Hit {
	hits := make([]views.Hit, len(on))
	for i, u := range on {
		label := words.ActOn(act.act, words.Plain(u.Label()))
		if act.rename {
			label = words.RenameOf(words.Plain(u.Label()), words.Plain(f.name))
		}
		hits[i] = views.Hit{URL: f.actPath(act, u), Icon: act.icon, Label: marked(label, "")}
		if len(on) > 1 { // who is meant
			hits[i].Note = marked(t.besideName(u), "")
		}
		if act.act == users.ActEdit && !act.rename {
			hits[i].Key = "e"
		}
	}
	return hits
}

// userHits are the hits that lead to users, with the words of text marked.
func (t presenter) userHits(found []users.User, text string) []views.Hit {
	hits := make([]views.Hit, len(found))
	for i, u := range found {
		p := t.user(u)
		hits[i] = views.Hit{URL: userPath(u.ID), Avatar: &p.Avatar, Label: marked(p.Label, text), Note: marked(t.besideName(u), text), Badge: statusBadge(u.Status)}
	}
	return hits
}

// besideName tells users of the same name apart: by department and user_id.
func (t presenter) besideName(u users.User) string {
	var parts []string
	if u.Department != "" {
		parts = append(parts, words.Plain(u.Department))
	}
	if u.Name != "" {
		parts = append(parts, words.Plain(string(u.ID)))
	}
	return strings.Join(parts, " · ")
}

// marked divides label into the parts that the words of text occur in, which are marked, and the
// others.
func marked(label, text string) (parts []views.Part) {
	from := 0
	for _, h := range spelling.Hits(label, text) {
		parts = append(parts, views.Part{Text: label[from:h.From]}, views.Part{Text: label[h.From:h.To], Marked: true})
		from = h.To
	}
	parts = append(parts, views.Part{Text: label[from:]})
	return withoutEmpty(parts)
}

func withoutEmpty(parts []views.Part) []views.Part {
	kept := parts[:0]
	for _, p := range parts {
		if p.Text != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// matches reports whether label has all words of text: a word of one or two characters at the
// beginning of a word, a longer one anywhere.
func matches(label, text string) bool {
	folded := " " + spelling.Fold(label)
	for _, word := range spelling.Words(text) {
		if !strings.Contains(folded, " "+word) && (len(word) < 3 || !strings.Contains(folded, word)) {
			return false
		}
	}
	return true
}
