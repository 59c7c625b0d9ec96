package org.bufferyard.platform.registry;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The plug-in kinds that are there now. A service; safe for any thread. Nobody else refers to
 * plug-ins.
 */
@ProviderType
public interface Kinds {
  /**
   * The chosen kind for a model string: the highest ranking that is not refused.
   *
   * @param type one of the six kind interfaces of the api
   * @param model as the topology names it
   * @param flavour {@code fidelity} or {@code fast}; kinds without a flavour serve both
   */
  <K> Optional<K> choose(Class<K> type, String model, String flavour);

  /** Model strings of a kind that somebody serves, sorted. */
  List<String> models(Class<?> type);

  /** One line a service, used or not, sorted by kind, model and ranking. */
  List<KindStatus> status();

  /**
   * Components that would bring a kind and are no service, sorted like {@link #status}: what they wait
   * for, or why their activation failed. Asks SCR: not for the engine thread.
   */
  default List<KindStatus> absent() {
    return List.of();
  }

  /**
   * Takes a kind out of use with a reason: it is listed and used by nobody. So is everything else that
   * runs its code, the same service with other properties or registered anew, until its bundle is
   * updated or somebody {@linkplain #release releases} it.
   */
  void quarantine(Object kind, String reason);

  /**
   * Gives plug-ins in quarantine another chance.
   *
   * @param provider as {@link KindStatus#provider} names it, or its end after a dot
   * @return how many services; 0: nobody of that name is in quarantine
   */
  default int release(String provider) {
    return 0;
  }
}
