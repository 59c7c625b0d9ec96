/** The page of a running yard, as those know it who start it. */
@Export
@Version("0.1.0")
package org.bufferyard.platform.web;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
