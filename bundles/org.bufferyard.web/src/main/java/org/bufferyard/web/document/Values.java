package org.bufferyard.web.document;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.TreeSet;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.web.wire.Failure;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EDataType;
import org.eclipse.emf.ecore.EEnum;
import org.eclipse.emf.ecore.EEnumLiteral;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * Values as people write them. What cannot be stored at all is refused; what is stored and wrong is
 * for the check to find. Stateless.
 */
final class Values {
  private static final int LONGEST = 100_000;

  private Values() {}

  static String print(EAttribute attribute, Object value) {
    return EcoreUtil.convertToString(attribute.getEAttributeType(), value);
  }

  /**
   * @throws Failure when the attribute cannot hold it
   */
  static Object parse(EAttribute attribute, JsonElement json) {
    if (!(json instanceof JsonPrimitive primitive)) {
      throw Failure.bad("the value of '" + attribute.getName() + "' is no text");
    }
    String text = primitive.getAsString();
    if (text.length() > LONGEST) {
      throw refused(attribute, "longer than " + LONGEST + " letters");
    }
    EDataType type = attribute.getEAttributeType();
    Class<?> java = type.getInstanceClass();
    if (type instanceof EEnum eEnum) {
      return literal(attribute, eEnum, text.strip());
    }
    if (type.getEPackage() == BoardPackage.eINSTANCE && java != String.class) {
      return notation(attribute, type, text);
    }
    if (java == boolean.class || java == Boolean.class) {
      return switch (text.strip()) {
        case "true" -> true;
        case "false" -> false;
        default -> throw refused(attribute, "'" + text + "' is neither true nor false");
      };
    }
    if (java != null && (java.isPrimitive() || Number.class.isAssignableFrom(java))) {
      return number(attribute, type, text);
    }
    return text(attribute, type, text);
  }

  private static Failure refused(EAttribute attribute, String why) {
    return Failure.refused(attribute.getName() + ": " + why);
  }

  private static Object literal(EAttribute attribute, EEnum eEnum, String text) {
    EEnumLiteral literal = eEnum.getEEnumLiteralByLiteral(text);
    if (literal == null) {
      TreeSet<String> words = new TreeSet<>();
      eEnum.getELiterals().forEach(l -> words.add(l.getLiteral()));
      throw refused(
          attribute, "'" + text + "' is not one of " + String.join(", ", words));
    }
    return EcoreUtil.createFromString(eEnum, text);
  }

  /** Addresses, sizes and cells have messages for people of their own. */
  private static Object notation(EAttribute attribute, EDataType type, String text) {
    try {
      return EcoreUtil.createFromString(type, text.replace("_", "").strip());
    } catch (IllegalArgumentException e) {
      throw refused(attribute, e.getMessage());
    }
  }

  private static Object number(EAttribute attribute, EDataType type, String text) {
    String digits = text.replace("_", "").strip();
    try {
      boolean hex = digits.regionMatches(true, 0, "0x", 0, 2);
      String decimal = hex ? Long.toString(Long.parseLong(digits.substring(2), 16)) : digits;
      return EcoreUtil.createFromString(type, decimal);
    } catch (IllegalArgumentException e) {
      throw refused(attribute, "'" + text + "' is not a whole number that fits");
    }
  }

  private static Object text(EAttribute attribute, EDataType type, String text) {
    boolean storable =
        text.codePoints()
            .allMatch(
                c ->
                    c == '\t'
                        || c == '\n'
                        || c == '\r'
                        || c >= 0x20 && c < 0xd800
                        || c > 0xdfff && c != 0xfffe && c != 0xffff);
    if (!storable) {
      throw refused(attribute, "it has a letter that a file cannot hold");
    }
    try {
      return EcoreUtil.createFromString(type, text);
    } catch (IllegalArgumentException e) {
      throw refused(attribute, "'" + text + "' is no " + type.getName());
    }
  }
}
