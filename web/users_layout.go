package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// layoutCookie names the cookie with how a browser shows the directory. It holds
// a layout as [layout.String] words it.
const layoutCookie = "directory"

// layoutAge is how long a browser remembers it, in seconds.
const layoutAge = 365 * 24 * 60 * 60

// pageSizes are how many users a page may show.
var pageSizes = []int{25, users.DefaultLimit, 100}

// A layout is how a browser shows the directory.
type layout struct {
	columns []directoryColumn // in the order of directoryColumns
	size    int               // users on a page
	own     bool              // the columns are those of the view
}

// layout returns the layout that the browser has chosen. What it cannot have
// chosen is passed over: a column that there is not, or all of a value without a
// size.
func (a *App) layout(c echo.Context) layout {
	words := strings.Split(a.cookieValue(c, layoutCookie), ".")
	size, err := strconv.Atoi(words[len(words)-1])
	if err != nil || !slices.Contains(pageSizes, size) {
		return layoutOf(users.DefaultLimit, func(d directoryColumn) bool { return d.standard })
	}
	return layoutOf(size, func(d directoryColumn) bool { return slices.Contains(words, d.key) })
}

// layoutOf returns the layout with the columns that are chosen.
func layoutOf(size int, chosen func(directoryColumn) bool) layout {
	l := layout{size: size}
	for _, d := range directoryColumns {
		if d.offered && chosen(d) {
			l.columns = append(l.columns, d)
		}
	}
	return l
}

// inView returns the layout of a view: its own columns, where it has some.
func (l layout) inView(view directory.View) layout {
	for _, v := range directoryViews {
		if v.view == view && v.columns != nil {
			l.columns, l.own = columnsOf(v.columns...), true
		}
	}
	return l
}

// String returns the keys of the columns and the size, with dots between them.
func (l layout) String() string {
	var words []string
	for _, d := range l.columns {
		words = append(words, d.key)
	}
	return strings.Join(append(words, strconv.Itoa(l.size)), ".")
}

// shows reports whether the column of that key is among those chosen.
func (l layout) shows(key string) bool {
	return slices.ContainsFunc(l.columns, func(d directoryColumn) bool { return d.key == key })
}

// headings are the heads of the columns, with the addresses that sort by them.
func (l layout) headings(at listAddress) []views.DirectoryColumn {
	heads := make([]views.DirectoryColumn, len(l.columns))
	for i, d := range l.columns {
		heads[i] = views.DirectoryColumn{Label: d.label, Width: d.width}
		if d.sort != "" { // times are sorted by the newest first at first
			heads[i].Column = sortedBy(at, d.sort, "-"+d.sort, "-"+d.sort, false)
		}
	}
	return heads
}

// cells are what the row of u shows in the columns.
func (l layout) cells(t presenter, u users.User) []views.DirectoryCell {
	cells := make([]views.DirectoryCell, len(l.columns))
	for i, d := range l.columns {
		cells[i] = d.cell(t, u)
	}
	return cells
}

// form is the form that chooses the layout and comes back to an address.
func (l layout) form(at listAddress) views.DirectoryLayout {
	f := views.DirectoryLayout{Action: "/users/layout", ReturnTo: at.String()}
	for _, d := range directoryColumns {
		if d.offered {
			f.Columns = append(f.Columns, views.Check{Name: "column." + d.key, Label: d.label, Checked: l.shows(d.key)})
		}
	}
	f.Size = views.Choice{Field: views.Field{Name: "size", Label: "Users on a page"}}
	for _, n := range pageSizes {
		f.Size.Options = append(f.Size.Options, views.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n), Selected: n == l.size})
	}
	return f
}

// layoutUsers serves GET /users/layout: the form that chooses the columns, for a popover or as a
// page.
func (a *App) layoutUsers(c echo.Context) error {
	l := directoryAddressOf(c)
	l.path = "/users"
	shown := a.layout(c)
	m := views.LayoutPage{Form: shown.form(l)}
	if shown.inView(directory.View(l.get("view"))).own {
		m.Form.Note = words.OwnColumns
	}
	if isFragment(c, "sheet") {
		return render(c, http.StatusOK, views.LayoutPanel(m.Form))
	}
	m.Chrome = a.chrome(c, words.Columns, "users")
	m.Crumbs = []views.Link{{Label: "Users", URL: l.String()}, {Label: words.Columns}}
	return render(c, http.StatusOK, views.UserLayoutPage(m))
}

// layoutForm is the form behind the columns button. A box is posted as "on" or
// not at all.
type layoutForm struct {
	Status      bool   `form:"column.status"`
	Role        bool   `form:"column.role"`
	Seen        bool   `form:"column.seen"`
	Created     bool   `form:"column.created"`
	Type        bool   `form:"column.type"`
	Department  bool   `form:"column.department"`
	Title       bool   `form:"column.title"`
	Manager     bool   `form:"column.manager"`
	Labels      bool   `form:"column.labels"`
	Responsible bool   `form:"column.responsible"`
	Review      bool   `form:"column.review"`
	Changed     bool   `form:"column.changed"`
	TimeZone    bool   `form:"column.zone"`
	Size        string `form:"size"`
	ReturnTo    string `form:"return_to"`
}

// columns returns which columns are ticked, by key.
func (f layoutForm) columns() map[string]bool {
	return map[string]bool{
		"status": f.Status, "role": f.Role, "seen": f.Seen, "created": f.Created, "type": f.Type,
		"department": f.Department, "title": f.Title, "manager": f.Manager, "labels": f.Labels,
		"responsible": f.Responsible, "review": f.Review, "changed": f.Changed, "zone": f.TimeZone,
	}
}

// setLayout serves POST /users/layout.
func (a *App) setLayout(c echo.Context) error {
	var form layoutForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	size, err := strconv.Atoi(form.Size)
	if err != nil || !slices.Contains(pageSizes, size) {
		return &users.InvalidError{Fields: []users.FieldError{{Field: "size", Message: "Choose 25, 50 or 100 users on a page."}}}
	}
	ticked := form.columns()
	chosen := layoutOf(size, func(d directoryColumn) bool { return ticked[d.key] })
	c.SetCookie(a.cookie(layoutCookie, chosen.String(), layoutAge))
	return a.seeOther(c, a.ownPath(form.ReturnTo))
}
