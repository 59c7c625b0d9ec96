/**
 * How numbers are written in topology and scenario files. The models themselves are in the packages
 * {@code board} and {@code scenario}, generated from {@code model/*.ecore}.
 */
@Export
@Version("0.1.0")
package org.bufferyard.topology.model;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
