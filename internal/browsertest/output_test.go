//go:build browser

package browsertest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// outputWalk prints the directory in the dark theme, and shows it in forced colours.
func outputWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.at("/users")
	js[any](b, `document.documentElement.dataset.theme = "dark"`)
	b.do("print", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	}))
	b.wait("be black on white", `getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)"`)
	b.wait("show the content", `document.querySelector("main table").checkVisibility()`)
	b.wait("show the content alone", `![...document.querySelectorAll(".side, .tabs, .toolbar, .actions, .pager nav")].some((e) => e.checkVisibility())`)
	b.shoot("users-print")
	b.do("end printing", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}))
	b.look(1366, "light", true)
	b.wait("be in forced colours", `matchMedia("(forced-colors: active)").matches`)
	b.wait("show the arrows of selects", `[...document.querySelectorAll("select.input")].every((e) => getComputedStyle(e).appearance !== "none")`)
	b.wait("show the dots of badges", `(() => {
		const dots = [...document.querySelectorAll("b[class]")];
		return dots.length > 0 && dots.every((e) => getComputedStyle(e, "::before").backgroundColor === getComputedStyle(document.body).color);
	})()`)
	b.shoot("users-forced")
}

// markedNameWalk shows a name with forty combining marks on one letter, as older versions stored
// it: it is no higher than its line.
func markedNameWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.open("/users", 200)
	height := js[float64](b, `document.querySelector("tbody td").offsetHeight`)
	js[any](b, `document.querySelector("tbody td a").textContent = "Ana" + "\u0300".repeat(40)`)
	b.wait("clip the name", `(() => {
		const name = document.querySelector("tbody td a"), style = getComputedStyle(name);
		return style.overflow === "clip" && name.offsetHeight < 30;
	})()`)
	if now := js[float64](b, `document.querySelector("tbody td").offsetHeight`); now != height {
		b.fail("the row was %v high and is %v", height, now)
	}
	b.shoot("users-marks")
}

// refusedCopyWalk copies without the permission to: the page shows that it failed.
func refusedCopyWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.open("/users/admin@example.com", 200)
	js[any](b, `Object.defineProperty(navigator.clipboard, "writeText", {value: () => Promise.reject(new Error("no"))})`)
	b.wait("say nothing yet", `document.querySelector("#announce").getBoundingClientRect().width <= 1`)
	js[any](b, `document.querySelector("[data-copy]").click()`)
	b.wait("show that it could not copy", `(() => {
		const said = document.querySelector("#announce"), box = said.getBoundingClientRect();
		return said.textContent.includes("Not copied") && box.width > 100 && box.bottom <= innerHeight && box.right <= innerWidth;
	})()`)
	b.shoot("copy-refused")
}
