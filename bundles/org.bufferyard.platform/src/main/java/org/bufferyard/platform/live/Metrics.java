package org.bufferyard.platform.live;

import org.osgi.annotation.versioning.ProviderType;

/** The counters of all running yards for a monitoring system. A service; safe for any thread. */
@ProviderType
public interface Metrics {
  /** The media type of {@link #text}. */
  String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** As of now, in the Prometheus text format: HELP and TYPE once a name, labels escaped. */
  String text();
}
