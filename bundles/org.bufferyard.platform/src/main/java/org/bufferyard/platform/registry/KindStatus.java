package org.bufferyard.platform.registry;

/**
 * What became of one plug-in service.
 *
 * @param kind simple name of the kind interface
 * @param model the string it answers to
 * @param provider component or bundle that brings it
 * @param ranking service ranking
 * @param reason why, for all states but {@link State#USED}
 */
public record KindStatus(
    String kind, String model, String provider, int ranking, State state, String reason) {
  /** Used or why not. */
  public enum State {
    USED,
    SHADOWED,
    QUARANTINED,
    /** It cannot be used at all: no model property, or getting the service failed. */
    REFUSED,
    /** Its component is there and waits for a service or a configuration. */
    WAITING,
    /** Its component threw when it was activated. */
    FAILED
  }
}
