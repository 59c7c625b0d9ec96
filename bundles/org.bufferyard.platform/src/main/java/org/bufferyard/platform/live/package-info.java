/**
 * Yards that stream while plug-ins come and go: what they are told to do and what they show. Records
 * here are snapshots for any thread.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.live;
