/**
 * Which plug-ins were seen, chosen, shadowed or refused, and why.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.registry;
