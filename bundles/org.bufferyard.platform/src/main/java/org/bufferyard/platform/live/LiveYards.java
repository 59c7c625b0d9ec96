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
}
