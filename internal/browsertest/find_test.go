//go:build browser

package browsertest

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// fields are the ARIA roles of form fields.
var fields = []string{"textbox", "searchbox", "combobox", "Date", "checkbox", "radio"}

// named finds elements as a screen reader does, by their accessible name and by one of roles.
func named(name string, roles ...string) chromedp.QueryOption {
	return chromedp.ByFunc(func(ctx context.Context, t *chromedp.Target, root *chromedp.Node) ([]cdp.NodeID, error) {
		found, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
			NodeID: root.NodeID, AccessibleName: name,
		})
		if err != nil {
			return nil, err
		}
		var ids []cdp.BackendNodeID
		for _, node := range found.Nodes {
			if !node.Ignored && slices.Contains(roles, textOf(node.Role)) {
				ids = append(ids, node.BackendDOMNodeID)
			}
		}
		if len(ids) == 0 {
			return nil, nil
		}
		pushed, err := cdp.Call(ctx, t, dom.PushNodesByBackendIDsToFrontend,
			dom.PushNodesByBackendIDsToFrontendParams{BackendNodeIDs: ids[:1]})
		return pushed.NodeIDs, err
	})
}

// textOf returns the text of a value, empty if it is none.
func textOf(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var text string
	_ = json.Unmarshal(v.Value, &text) // a value that is no text stays empty
	return text
}

// command returns the action that sends a command and drops its result.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}
