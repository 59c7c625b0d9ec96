/**
 * Features and plug-ins in a running framework: what is installed, by whom, and how to change it.
 * A bundle has one owner (a feature, the plug-in folder or the shell); the others leave it alone.
 */
@Export
@Version("0.1.0")
package org.bufferyard.platform.feature;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
