package org.bufferyard.platform.live;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The running yards of this framework. A service; safe for any thread. */
@ProviderType
public interface LiveYards {
  /**
   * A yard on a board, with pipelines that stream at once.
   *
   * @throws org.bufferyard.platform.input.BadInputException when the name is taken, a pipeline names
   *     what the board does not have, or the board needs a kind that nobody brings
   */
  LiveYard open(LiveYardSpec spec);

  /** In the order they were opened. */
  List<LiveYard> all();

  Optional<LiveYard> find(String name);

  /**
   * Has somebody told of each change of what people want: a yard was opened or closed, a pipeline
   * added, started, stopped or paced. On the thread that made the change, before the call that made it
   * returns; what the listener throws, that call throws. A framework that stops changes nothing.
   */
  void addListener(Runnable listener);

  void removeListener(Runnable listener);
}
