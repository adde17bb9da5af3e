package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/web/httperror"
)

// importPath is the one address that takes a file, and importCheckPath the one that takes many
// lines.
const (
	importPath      = "/users/import"
	importCheckPath = "/batches/:batch/check"
)

// Limits of an upload. Its file is on the disk; what is in memory counts against the budget.
const (
	maxUpload     = 16 << 20 // bytes of the body
	maxUploadText = 2 << 20  // bytes of the fields that are no file
	maxUploads    = 4        // at once
	uploadBuffers = 64 << 10
	uploadLongest = 5 * time.Minute // for all of it
)

// An upload is a file that was posted, in a temporary folder of its own.
type upload struct {
	field string // of the form
	name  string // as the browser calls the file
	path  string // of the file
}

// remove deletes the file, and what was made beside it.
func (u *upload) remove() {
	if u != nil {
		_ = os.RemoveAll(filepath.Dir(u.path))
	}
}

// readUpload reads a form with a file (multipart/form-data, RFC 7578) into the PostForm of the
// request and a temporary file. The field of the file then has its SHA-256, so that another file
// is another request. The caller removes the upload, which is nil without a file.
func (a *App) readUpload(c echo.Context) (*upload, error) {
	r, w := c.Request(), c.Response().Writer.(*response)
	defer waitFor(r)()
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.ContentLength > maxUpload:
		return nil, httperror.ErrTooLarge
	case err != nil || kind != "multipart/form-data" || parameters["boundary"] == "":
		return nil, httperror.ErrBadForm
	}
	select {
	case a.uploads <- struct{}{}:
		defer func() { <-a.uploads }()
	default:
		return nil, httperror.ErrBusy
	}
	if err := w.hold.resize(w.form+uploadBuffers, allBodies); err != nil {
		a.overBudget(budgetBody)
		return nil, err
	}
	r.PostForm = url.Values{}
	body := &pacedBody{body: r.Body, control: http.NewResponseController(w), last: time.Now().Add(uploadLongest)}
	file, err := a.readParts(w, multipart.NewReader(body, parameters["boundary"]), r.PostForm)
	if err != nil {
		file.remove()
		return nil, err
	}
	_ = body.control.SetReadDeadline(time.Time{})
	for _, texts := range r.PostForm {
		for _, text := range texts {
			w.form += len(text)
		}
	}
	requestOf(r).bodyRead = true
	return file, nil
}

// reserveUpload returns what has the request hold so many bytes beside its form, of the budget.
func (a *App) reserveUpload(c echo.Context) func(bytes int) error {
	w := c.Response().Writer.(*response)
	return func(bytes int) error {
		err := w.hold.resize(w.form+bytes, allBodies)
		if err != nil {
			a.overBudget(budgetBody)
		}
		return err
	}
}

// readParts reads the parts of an upload: fields into values, and the first file to the disk. The
// upload is returned also with an error.
func (a *App) readParts(w *response, parts *multipart.Reader, values url.Values) (file *upload, err error) {
	left := int64(maxUploadText)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return file, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return file, httperror.ErrSlowBody
		case err != nil || n >= maxFields:
			return file, httperror.ErrBadForm
		}
		if name := part.FileName(); name != "" && file == nil {
			var digest string
			if file, digest, err = saveUpload(part, name); file != nil {
				file.field = part.FormName()
				values.Add(file.field, digest)
			}
		} else if name == "" {
			var text []byte
			text, err = io.ReadAll(io.LimitReader(part, left+1))
			if left -= int64(len(text)); left < 0 {
				return file, httperror.ErrTooLarge
			}
			values.Add(part.FormName(), string(text))
			err = errors.Join(err, w.hold.resize(w.form+uploadBuffers+int(maxUploadText-left), allBodies))
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return file, httperror.ErrSlowBody
		case errors.Is(err, io.ErrUnexpectedEOF):
			return file, httperror.ErrBadForm
		case err != nil:
			return file, err
		}
	}
}

// saveUpload writes a part to a temporary file, and returns the SHA-256 of what it has written. An
// empty file is no upload.
func saveUpload(part io.Reader, name string) (*upload, string, error) {
	folder, err := os.MkdirTemp("", "console-import-")
	if err != nil {
		return nil, "", err
	}
	u := &upload{path: filepath.Join(folder, "table")}
	if name != "" {
		u.name = filepath.Base(name)
	}
	file, err := os.OpenFile(u.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return u, "", err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), part)
	if err = errors.Join(err, file.Close()); err != nil || n == 0 {
		u.remove()
		return nil, "", err
	}
	return u, hex.EncodeToString(sum.Sum(nil)), nil
}

// A pacedBody is a request's body of which each read has to bring something in time, as
// [readBody] asks of it.
type pacedBody struct {
	body    io.Reader
	control *http.ResponseController
	last    time.Time
}

func (b *pacedBody) Read(p []byte) (int, error) {
	deadline := time.Now().Add(bodyStalled)
	if deadline.After(b.last) {
		deadline = b.last
	}
	_ = b.control.SetReadDeadline(deadline) // not supported by a recorder
	return b.body.Read(p)
}
