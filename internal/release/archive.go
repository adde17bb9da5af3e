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

// archive writes the program and its companion files to a tar.gz file, in a folder of the given
// name. Names, times, owners and modes are those of the release, not of the machine.
func archive(root, name, program string, id identity, file string) error {
	var buffer bytes.Buffer
	zip, err := gzip.NewWriterLevel(&buffer, gzip.BestCompression)
	if err != nil {
		return err
	}
	out := tar.NewWriter(zip)
	if err := addFile(out, program, path.Join(name, "console"), 0o755, id.time); err != nil {
		return err
	}
	for _, f := range id.files {
		if err := addFile(out, filepath.Join(root, f), path.Join(name, f), 0o644, id.time); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, buffer.Bytes(), 0o644)
}

// addFile adds a file to the archive.
func addFile(out *tar.Writer, file, name string, mode int64, at time.Time) error {
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
