/**
 * The seam between the launcher and the command line. The launcher stands outside the framework and
 * knows this package by name only.
 */
@Export
@Version("0.1.0")
package org.bufferyard.platform.command;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
