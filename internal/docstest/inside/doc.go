// Package inside holds the tests that run in the Debian that package docstest makes, as
// root, in namespaces of their own. Each scenario is a newcomer who follows the documents:
// it runs their blocks in order, in one shell after the other, and looks at what came of
// them.
//
// Stand-ins take the place of what a chroot cannot have:
//
//   - systemctl and journalctl are this package's own: they start, reload and stop what the
//     units say, as their user and with their credentials and folders. There is no systemd.
//   - github.com is a server of the test, with the release made from this source and a
//     clone of the repository. There is no network.
//   - the certificate of nginx is made by the test, and Caddy's by Caddy's own authority
//     (local_certs), as no public authority can reach console.example.com.
//   - the OpenID provider is internal/auth/authtest.
//   - what the documents mark as the reader's own, such as YOU@example.com, gets a value.
package inside
