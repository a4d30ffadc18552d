package sitetest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/understudy-dev/understudy/core/host/loopback"
)

// contrast is how much a piece of text stands out from the page, by the formula
// of WCAG 2: 4.5 is enough for any size.
const contrast = `
	const light = (color) => {
		const [r, g, b] = color.match(/[\d.]+/g).map(Number).map((c) => c / 255)
			.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		return 0.2126 * r + 0.7152 * g + 0.0722 * b
	}
	const [dark, bright] = [light(getComputedStyle(one('role')).color), light(getComputedStyle(document.body).backgroundColor)]
		.sort((a, b) => a - b)
	return (bright + 0.05) / (dark + 0.05)`

func TestThePageFitsASmallScreenInLightAndDark(t *testing.T) {
	tab := openPage(t, StartBrowser(t), StartServer(t, loopback.Config{}), "otter")
	tab.Do(t, "write('a-key-that-is-rather-long-for-a-table/with-parts', 'a value '.repeat(40), 'all')")
	shows(t, tab, "all('kv-row').length", "1")
	if err := chromedp.Do(tab.Context(), chromedp.EmulateViewport(360, 740)); err != nil {
		t.Fatal(err)
	}
	backgrounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		if _, err := chromedp.Call(tab.Context(), emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}); err != nil {
			t.Fatal(err)
		}
		shows(t, tab, "innerWidth + ' ' + matchMedia('(prefers-color-scheme: "+scheme+")').matches", "360 true")
		if width := Eval[float64](t, tab, "return document.scrollingElement.scrollWidth"); width > 360 {
			t.Errorf("in %s the page is %v pixels wide, and the screen 360", scheme, width)
		}
		if got := Eval[float64](t, tab, contrast); got < 4.5 {
			t.Errorf("in %s the role has a contrast of %.1f to the page, of at least 4.5", scheme, got)
		}
		backgrounds[Eval[string](t, tab, "return getComputedStyle(document.body).backgroundColor")] = true
	}
	if len(backgrounds) != 2 {
		t.Errorf("light and dark look the same: %v", backgrounds)
	}
	quiet(t, tab)
}
