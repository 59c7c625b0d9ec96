/**
 * The kernel that a yard plays: profiles, versions, rules with version ranges, errno as values. Everything else in the api speaks in these words.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.kernel;
