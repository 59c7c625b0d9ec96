/**
 * dma-buf as an exporter's author sees it: ops, attachments, fences, the reservation object.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.dmabuf;
