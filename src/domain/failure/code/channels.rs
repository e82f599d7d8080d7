//! 6000: what channels refuse.

codes! {
    6001 CHANNEL_REFUSED Client
        "the channel refused: {0}; fetchUploadMessages says more"
        "der Kanal hat abgelehnt: {0}; fetchUploadMessages nennt Näheres";
}
