package org.bufferyard.platform.yard;

import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.osgi.annotation.versioning.ProviderType;

/** The event stream of a yard, readable from marks. Engine thread only. */
@ProviderType
public interface EventLog extends EventSink {
  /** The position behind the last event. */
  long mark();

  /** Events from a mark on, oldest first. */
  List<DmaEvent> since(long mark);

  /** Turns recording on or off; off drops events at the cost of one branch each. */
  void record(boolean on);

  /** Forgets what lies before a mark, so that a long run does not grow. */
  void forgetBefore(long mark);
}
