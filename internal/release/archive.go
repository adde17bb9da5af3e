package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path"
	"path/filepath"
	"time"
)

// archive writes the program and what goes with it into a folder of the given name in
// a file. Names, times, owners and rights are those of the release, never of the
// machine.
func archive(root, name, program string, is identity, file string) error {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	out := tar.NewWriter(zip)
	if err := pack(out, program, path.Join(name, "console"), 0o755, is.time); err != nil {
		return err
	}
	for _, f := range is.files {
		if err := pack(out, filepath.Join(root, f), path.Join(name, f), 0o644, is.time); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, packed.Bytes(), 0o644)
}

// pack adds one file.
func pack(out *tar.Writer, file, name string, mode int64, at time.Time) error {
	body, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	header := &tar.Header{
		Name: name, Mode: mode, Size: int64(len(body)), ModTime: at,
		Uname: "root", Gname: "root", Format: tar.FormatUSTAR,
	}
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	_, err = out.Write(body)
	return err
}
