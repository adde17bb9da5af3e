// Package inside holds the tests that run in the chroot made by package docstest, as root and
// in their own namespaces. Each scenario follows the documents as a new operator would: it runs
// their blocks in order and checks the result.
//
// What a chroot cannot have is substituted:
//
//   - systemctl and journalctl are implemented by this package: they run the commands of units
//     with their user, credentials and directories. There is no systemd.
//   - github.com is a server of the test with a release of this source and the repository. There
//     is no network.
//   - nginx's certificate is signed by the test's authority, and Caddy's by Caddy's own
//     (local_certs), as no public authority can reach console.example.com.
//   - the OpenID provider is internal/auth/authtest.
//   - placeholders in the documents, such as YOU@example.com, are replaced by values.
package inside
